export { DeviceScreen } from './device-screen';
export { DevicesScreen } from './devices-screen';
