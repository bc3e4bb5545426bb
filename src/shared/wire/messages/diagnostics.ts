import { z } from 'zod';
import { inbound } from '../message';
import { optionalInt, optionalText } from './fields';

/** 1.7: health snapshot; `heap_free` and `wifi_rssi` are required integers. `ts` is uptime in stock firmware and is not used. */
export const diagnostics = inbound({
  name: 'diagnostics',
  path: 'system/diagnostics',
  qos: 1,
  schema: z.object({
    heap_free: z.int(),
    wifi_rssi: z.int(),
    uptime_seconds: optionalInt,
    system_state: optionalText,
    boot_reason: optionalText,
    sensor_count: optionalInt,
    actuator_count: optionalInt,
  }),
});
export type Diagnostics = z.infer<typeof diagnostics.schema>;
