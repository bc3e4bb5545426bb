import { z } from 'zod';
import { inbound } from '../message';

/** 1.33: what a device found on its 1-Wire bus, by the names of the device. */
export const onewireScan = inbound({
  name: '1-Wire scan',
  path: 'onewire/scan_result',
  qos: 1,
  isHeardFromAll: true, // the kaiser id is hard-coded in stock firmware
  schema: z.object({
    devices: z
      .array(
        z.object({
          rom_code: z.string().max(23),
          device_type: z.string().max(40).optional().catch(undefined),
          pin: z.int().optional(),
        }),
      )
      .max(32),
  }),
});
export type OnewireScan = z.infer<typeof onewireScan.schema>;
