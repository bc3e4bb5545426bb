import { assertNever } from '../../shared/domain/assert';
import { CommissioningScreen } from '../features/commissioning';
import { CommandsScreen } from '../features/control';
import { DevicesScreen, DeviceScreen } from '../features/devices';
import { JournalScreen } from '../features/journal';
import { OverviewScreen } from '../features/overview';
import { SettingsScreen } from '../features/settings';
import { StopScreen, ZoneStopButton } from '../features/stop';
import { ZoneScreen } from '../features/zone';
import type { Route } from './router';

/** The screen of a route. The only place where features meet. */
export function Screen({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case 'plant':
      return <OverviewScreen />;
    case 'zone':
      return <ZoneScreen zoneId={route.zoneId} stopButton={<ZoneStopButton zoneId={route.zoneId} />} />;
    case 'devices':
      return <DevicesScreen />;
    case 'device':
      return <DeviceScreen key={route.deviceId} deviceId={route.deviceId} />;
    case 'stop':
      return <StopScreen />;
    case 'journal':
      return <JournalScreen />;
    case 'commands':
      return <CommandsScreen />;
    case 'commissioning':
      return (
        <CommissioningScreen page={route.page} {...(route.replaces !== undefined && { replaces: route.replaces })} />
      );
    case 'settings':
      return <SettingsScreen />;
    default:
      return assertNever(route);
  }
}
