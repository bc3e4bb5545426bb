import { BrowserWindow } from 'electron';
import { PAGE_ORIGIN } from './page-protocol';

/** The smallest size for which the screens are drawn (shared/design). */
const SMALLEST = { width: 1024, height: 700 } as const;
const USUAL = { width: 1366, height: 820 } as const;
/** Surface of the dark theme: no white flash at night while the page loads. */
const FIRST_COLOUR = '#1b1e21';

/** Opens the console's window; it is shown when the page has drawn. */
export function openWindow(preloadPath: string): BrowserWindow {
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
  void window.loadURL(`${PAGE_ORIGIN}/`);
  return window;
}

/** Brings the window to the front, also from the task bar. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}
