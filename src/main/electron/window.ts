import { BrowserWindow } from 'electron';
import type { Logger } from 'pino';
import { PAGE_ORIGIN } from './page-protocol';

/** The smallest size for which the screens are drawn (shared/design). */
const SMALLEST = { width: 1024, height: 700 } as const;
const USUAL = { width: 1366, height: 820 } as const;
/** Surface of the dark theme: no white flash at night while the page loads. */
const FIRST_COLOUR = '#1b1e21';
/** A page whose process died is loaded again after this; a page that dies at once every time costs one start per second. */
const REVIVE_MS = 1_000;

/** Opens the console's window; it is shown when the page has drawn. */
export function openWindow(preloadPath: string, log: Logger): BrowserWindow {
  const window = new BrowserWindow({
    ...USUAL,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    backgroundColor: FIRST_COLOUR,
    title: 'Leitstand',
    webPreferences: {
      preload: preloadPath,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      // The display goes on while it is covered: an alarm must be there when the window comes back.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  reviveAfterCrash(window, log);
  void window.loadURL(`${PAGE_ORIGIN}/`);
  return window;
}

/** The plant goes on without the page, so the page has to come back by itself. */
function reviveAfterCrash(window: BrowserWindow, log: Logger): void {
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    log.error({ reason, exitCode }, 'The process of the page is gone; the page is loaded again');
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, REVIVE_MS);
  });
}

/** Brings the window to the front, also from the task bar. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}
