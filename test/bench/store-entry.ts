/* What the benchmark store-write measures, bundled for it by Vite: the console's own store without the rest of the console. */
export { systemClock } from '../../src/main/clock';
export { Store } from '../../src/main/store/store';
export { SampleStore } from '../../src/main/telemetry/sample-store';
