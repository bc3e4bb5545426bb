import { join } from 'node:path';

export type Machine = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
};

/** Where the console keeps its data unless told otherwise: the place that the platform has for it. Both hosts share it. */
export function defaultDataDirectory({ platform, env, home }: Machine): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Leitstand');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Leitstand');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'leitstand');
}
