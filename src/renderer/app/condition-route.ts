import type { Condition } from '../plant/condition-rules';
import type { Route } from './router';

/** The screen where a condition is dealt with; none for the connection to the console. */
export function conditionRoute({ kind, zoneId, deviceId }: Condition): Route | undefined {
  if (kind === 'consoleLost') return undefined;
  const isAboutDevice =
    kind === 'deviceLost' || kind === 'deviceUnheard' || kind === 'zoneFailed' || kind === 'configFailed';
  if (isAboutDevice && deviceId !== undefined) return { screen: 'device', deviceId };
  if (zoneId) return { screen: 'zone', zoneId };
  if (deviceId !== undefined) return { screen: 'device', deviceId };
  return { screen: 'settings' };
}
