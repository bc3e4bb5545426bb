import type { Route } from './router';

/** The rail, from top to bottom; Alt+1 … in this order. */
export const railScreens = ['plant', 'devices', 'stop', 'journal', 'commands', 'commissioning', 'settings'] as const;
export type RailScreen = (typeof railScreens)[number];

/** Where a line of the rail leads. */
export function railRoute(screen: RailScreen): Route {
  return screen === 'commissioning' ? { screen, page: 'setup' } : { screen };
}
