/* The table, bench/results.json and the generated part of docs/benchmarks.md. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './program.mjs';

const resultsFile = join(root, 'bench', 'results.json');
const documentFile = join(root, 'docs', 'benchmarks.md');
const marks = ['<!-- figures: written by `npm run bench -- --write` -->', '<!-- end of figures -->'];

const headings = ['benchmark', 'figure', 'ours', 'reference', 'ratio', 'spread', 'target', 'cores used by others'];

/** One line for each figure. */
export function markdownTable(results) {
  const lines = results.flatMap((result) =>
    result.rows.map((row, index) => {
      const { figure, ours, reference = '–', ratio, spread = '–', target } = row;
      return [
        index === 0 ? result.name : '',
        figure,
        ours,
        reference,
        ratio === undefined ? '–' : ratio.toFixed(2),
        spread,
        target ? `${target.text} ${isMet(row) ? '✓' : '✗'}` : '–',
        index === 0 ? result.coresOfOthers.toFixed(2) : '',
      ];
    }),
  );
  return [headings, headings.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function isMet({ target, ratio }) {
  return target.met ?? target.isMet(ratio);
}

/** Keeps the figures of benchmarks that did not run this time. Answers with all. */
export function writeResults(machine, results) {
  mkdirSync(join(root, 'bench'), { recursive: true });
  const before = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')).results : {};
  const settled = Object.fromEntries(
    Object.entries(results).map(([name, result]) => [
      name,
      { ...result, rows: result.rows.map((row) => (row.target ? { ...row, target: settle(row) } : row)) },
    ]),
  );
  const all = { ...before, ...settled };
  writeFileSync(resultsFile, `${JSON.stringify({ machine, results: all }, undefined, 2)}\n`);
  return all;
}

const settle = (row) => ({ text: row.target.text, met: isMet(row) });

/** Puts the figures between the marks of docs/benchmarks.md. */
export function writeDocument(machine, results) {
  const text = readFileSync(documentFile, 'utf8');
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`${documentFile} lacks the marks ${marks.join(' and ')}`);
  const all = Object.values(results);
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const part = [
    `Machine: ${machine.processor}, ${machine.memory}, shared with generator and broker. Versions: ${versions.join(', ')}.`,
    '',
    markdownTable(all),
    '',
    ...all.map(
      ({ name, at, bound, notes = [] }) =>
        `- **${name}** (${at.slice(0, 16).replace('T', ' ')} UTC): bounded by ${[bound, ...notes].join('. ')}.`,
    ),
  ];
  writeFileSync(documentFile, `${text.slice(0, start)}${marks[0]}\n\n${part.join('\n')}\n\n${text.slice(end)}`);
}
