export { CommandsScreen } from './commands-screen';
