export { CommissioningScreen } from './commissioning-screen';
