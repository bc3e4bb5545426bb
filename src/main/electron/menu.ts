import { Menu } from 'electron';

/** Only what the operating system expects; no reload, no developer tools, no zoom that moves things under the pointer by accident. */
export function installMenu(): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: 'Leitstand', submenu: [{ role: 'togglefullscreen' }, { type: 'separator' }, { role: 'quit' }] },
      { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    ]),
  );
}
