/*
 * Loaded into the console under test (`node --import`): measures the delay of its event loop without a change to the product. SIGUSR2 writes
 * what was measured since the last one to LEITSTAND_BENCH_DELAY_FILE.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const resolutionMs = 5;
const nanosecondsPerMs = 1e6;

if (isMainThread && process.env.LEITSTAND_BENCH_DELAY_FILE) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  // The histogram holds the distance of two ticks; what exceeds the wanted one is delay.
  const ms = (nanoseconds) => Number(Math.max(0, nanoseconds / nanosecondsPerMs - resolutionMs).toFixed(2));
  process.on('SIGUSR2', () => {
    const measured = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    delay.reset();
    writeFileSync(process.env.LEITSTAND_BENCH_DELAY_FILE, JSON.stringify(measured));
  });
}
