export { StopBanner } from './stop-banner';
export { StopControl } from './stop-control';
export { StopScreen } from './stop-screen';
export { ZoneStopButton } from './zone-stop-button';
