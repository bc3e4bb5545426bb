/* Starts the load generator (test/bench/generator.mjs), always in a process of its own. */
import { join } from 'node:path';
import { Program, benchFolder } from './program.mjs';

/** Starts it; `options` are its command line (`{rate: 10000, seconds: 60}`). `report()` waits for its end and answers with what it sent. */
export function startGenerator(url, options) {
  const args = Object.entries({ url, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const program = new Program(process.execPath, [join(benchFolder, 'generator.mjs'), ...args]);
  return {
    program,
    report: async () => {
      const code = await program.exit;
      if (code !== 0) throw new Error(`The generator ended with code ${code}: ${program.stderr}`);
      return JSON.parse(program.lines.at(-1));
    },
  };
}

/** Runs it to its end. */
export function generate(url, options) {
  return startGenerator(url, options).report();
}
