/* What the benchmark flash measures, bundled for it by Vite: the product's flash jobs, and the virtual boards of the tests behind timed lines. */
export { systemClock } from '../../src/main/clock';
export { NodeSerialDriver } from '../../src/main/flash/node-serial-driver';
export { flashImage } from '../fakes/flash-image';
export { FlashScene } from '../fakes/flash-scene';
export { PacedLine } from '../fakes/virtual-esp/paced-line';
export { PtyPort, ptySkipReason } from '../fakes/virtual-esp/pty-port';
export { VirtualBoard } from '../fakes/virtual-esp/virtual-board';
