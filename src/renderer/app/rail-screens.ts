/** The rail, from top to bottom; Alt+1 … in this order. */
export const railScreens = ['plant', 'devices', 'stop', 'journal', 'commands', 'settings'] as const;
export type RailScreen = (typeof railScreens)[number];
