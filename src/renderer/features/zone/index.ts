export { ZoneScreen } from './zone-screen';
