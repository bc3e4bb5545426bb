import { z } from 'zod';
import { inbound } from '../message';

/** 1.33: what a device found on its 1-Wire bus. */
export const onewireScan = inbound({
  name: '1-Wire scan',
  path: 'onewire/scan_result',
  qos: 1,
  isHeardFromAll: true, // the kaiser id is hard-coded in stock firmware
  schema: z
    .object({ devices: z.array(z.object({ rom_code: z.string().max(23), pin: z.int().optional() })).max(32) })
    .transform(({ devices }) => ({ roms: devices.map(({ rom_code: rom }) => rom) })),
});
export type OnewireScan = z.infer<typeof onewireScan.schema>;
