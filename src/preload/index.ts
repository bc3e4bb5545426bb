import { ipcRenderer } from 'electron';

/**
 * Hands the page one MessagePort to the console, each time it asks (after a reload it asks again), and nothing else: no function and no
 * object of Node or Electron reaches the page.
 */
const REQUEST = 'leitstand:request-port';
const PORT = 'leitstand:port';

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === REQUEST) ipcRenderer.send(REQUEST);
});
ipcRenderer.on(PORT, ({ ports }) => window.postMessage(PORT, '/', ports));
