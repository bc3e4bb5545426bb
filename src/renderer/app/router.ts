import { useSyncExternalStore } from 'react';

/** Where the operator is. To add a screen: one member, one line in `parseRoute` and `hrefOf`, one case in app/screen.tsx. */
export type Route =
  | { readonly screen: 'plant' }
  | { readonly screen: 'zone'; readonly zoneId: string }
  | { readonly screen: 'devices' }
  | { readonly screen: 'device'; readonly deviceId: string }
  | { readonly screen: 'stop' }
  | { readonly screen: 'journal' }
  | { readonly screen: 'commands' }
  /** `replaces`: the setup page begins with the replacement of this device. */
  | { readonly screen: 'commissioning'; readonly page: CommissioningPage; readonly replaces?: string }
  | { readonly screen: 'settings' };

/** The pages of commissioning, in the order of their tabs. */
export const commissioningPages = ['setup', 'bench', 'monitor', 'images', 'certificates'] as const;
export type CommissioningPage = (typeof commissioningPages)[number];

/** Reads a location hash; anything unknown leads to the plant. */
export function parseRoute(hash: string): Route {
  const [screen = '', id, more] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  if (screen === 'zone' && id) return { screen, zoneId: id };
  if (screen === 'devices') return id ? { screen: 'device', deviceId: id } : { screen };
  if (screen === 'commissioning') {
    const page = commissioningPages.find((one) => one === id) ?? 'setup';
    return { screen, page, ...(page === 'setup' && more && { replaces: more }) };
  }
  if (screen === 'stop' || screen === 'journal' || screen === 'commands' || screen === 'settings') return { screen };
  return { screen: 'plant' };
}

/** The address of a screen, for links. */
export function hrefOf(route: Route): string {
  if (route.screen === 'zone') return `#/zone/${encodeURIComponent(route.zoneId)}`;
  if (route.screen === 'device') return `#/devices/${encodeURIComponent(route.deviceId)}`;
  if (route.screen === 'commissioning') {
    const replaces = route.replaces === undefined ? '' : `/${encodeURIComponent(route.replaces)}`;
    return `#/commissioning/${route.page}${replaces}`;
  }
  return `#/${route.screen}`;
}

/** Goes to a screen; the way back is the browser's. */
export function navigate(route: Route): void {
  window.location.hash = hrefOf(route);
}

let current: { readonly hash: string; readonly route: Route } | undefined;

/** The route of this moment; the same object until the address changes. */
export function currentRoute(): Route {
  const { hash } = window.location;
  if (current?.hash !== hash) current = { hash, route: parseRoute(hash) };
  return current.route;
}

function onRouteChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The route as React state. */
export function useRoute(): Route {
  return useSyncExternalStore(onRouteChange, currentRoute);
}

/** A part of an address that was typed by hand may be broken; it is then taken as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
