import { failure, success, type Result } from '../../shared/domain/result';
import { commands, encodeCommand, ImprovParser, rpcs } from '../provisioning/improv-codec';
import type { DeviceSettings, SettingsFlash } from '../provisioning/settings-image';
import { loadTwinModule, TwinError, type Twin, type TwinModule } from './twin-module';

/** A run of this length counts as stable (firmware, node/keep.rs STABLE_RUN_MS): the image must not begin with half a boot loop. */
const STABLE_MS = 60_000;

/**
 * Settings as bytes for the flash of a new board: the firmware itself runs in the twin, is told the settings and writes its partition, so that
 * no second program has to know its format. `twinPath` is twin.wasm, read at the first use. What the firmware refuses is `invalid`.
 */
export function createSettingsFlash(twinPath: string): SettingsFlash {
  let loaded: TwinModule | null = null;
  return (settings) => {
    if (!loaded) {
      const module = loadTwinModule(twinPath);
      if (!module.ok) return module;
      loaded = module.value;
    }
    try {
      return flashOf(loaded, settings);
    } catch (error) {
      loaded = null; // a module that has failed cannot go on
      if (error instanceof TwinError) return failure('invalid', error.message);
      return failure('internal', `the firmware in the twin failed (${String(error)}).`);
    }
  };
}

function flashOf(
  module: TwinModule,
  { name, wifi, broker, stopToken, ...settings }: DeviceSettings,
): Result<Uint8Array> {
  const twin = module.open({ ...settings, name, wifi, broker, seed: 1, flash: null }, 0);
  try {
    if (stopToken !== '' && !takesToken(twin, stopToken)) {
      return failure('invalid', 'the firmware refuses the stop token; choose one without special characters.');
    }
    twin.tick(STABLE_MS);
    return success(twin.flash());
  } finally {
    twin.close();
  }
}

/** The token has no place among the options of a twin: it is told over its serial line, as over a cable. */
function takesToken(twin: Twin, token: string): boolean {
  const answer = twin.serial(encodeCommand(commands.setToken('device', token)), 0);
  return new ImprovParser().feed(answer).some((each) => each.kind === 'result' && each.rpc === rpcs.setToken);
}
