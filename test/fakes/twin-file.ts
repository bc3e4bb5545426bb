import { join, resolve } from 'node:path';
import { loadTwinModule, type TwinModule } from '../../src/main/plant/twin-module';

const path = join(resolve(import.meta.dirname, '../..'), 'resources/firmware/twin.wasm');

/** The firmware of the simulated devices, a fresh module for each test. */
export function loadTwins(): TwinModule {
  const module = loadTwinModule(path);
  if (!module.ok) throw new Error(module.error.message);
  return module.value;
}
