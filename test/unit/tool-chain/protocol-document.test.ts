import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiErrorStatus } from '../../../src/shared/domain/error-codes';
import { codeReference } from '../../../src/shared/wire/codes/code-reference';
import { codeTables, type CodeTable } from '../../../src/shared/wire/codes/code-tables';
import { messages, topicTable } from '../../../src/shared/wire/reference';
import { extensions } from '../../../src/shared/wire/topics/extensions';
import { openTempDir } from '../../fakes/temp-dir';

const committed = 'docs/protocol.md';

/** Runs the script as `npm run protocol` does. */
function runScript(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/protocol.mjs', ...args], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe('docs/protocol.md', () => {
  let text = '';
  beforeAll(() => {
    text = readFileSync(committed, 'utf8');
  });

  /** The part under a heading, up to the next one of the same rank. */
  const section = (heading: string) => {
    const [rank = ''] = heading.split(' ');
    const from = `\n${text}`.indexOf(`\n${heading}\n`);
    if (from < 0) return '';
    const rest = text.slice(from + heading.length);
    const end = rest.indexOf(`\n${rank} `);
    return end < 0 ? rest : rest.slice(0, end);
  };

  it('is what `npm run protocol` writes', () => {
    expect(runScript('--check')).toEqual({ code: 0, output: '' });
  });

  it('has every topic with its purpose', () => {
    const topics = section('## Topics');
    const missing = topicTable.filter(
      ({ number, topic, purpose }) =>
        !topics.split('\n').some((line) => line.startsWith(`| ${number} | \`${topic}\` `) && line.includes(purpose)),
    );
    expect(missing).toEqual([]);
  });

  it('has every message with its topic and what the console does with it', () => {
    const missing = topicTable.filter(({ message, topic, reaction }) => {
      if (message === null) return false;
      const part = section(`### ${messages[message].name}`);
      return !part.includes(`\`${topic}\``) || !part.includes(reaction);
    });
    expect(missing).toEqual([]);
  });

  it.each(Object.keys(codeTables) as CodeTable[])('has every code of the table %s', (table) => {
    const part = section(`### ${codeReference[table].title}`);
    expect(Object.keys(codeTables[table]).filter((code) => !part.includes(`\n| \`${code}\` |`))).toEqual([]);
  });

  it('has every extension and every refusal', () => {
    const names = extensions.map(({ name }) => name);
    expect(names.filter((name) => !section('## Extensions').includes(`\n| ${name} |`))).toEqual([]);
    const refusals = section('## Refusals of the console');
    expect(
      Object.entries(apiErrorStatus).filter(([code, status]) => !refusals.includes(`| \`${code}\` | ${status} |`)),
    ).toEqual([]);
  });

  it('names the software stop for what it is', () => {
    expect(text).toContain('It does not replace a hard-wired emergency stop.');
  });
});

describe('scripts/protocol.mjs --check', () => {
  it('fails for a stale document and says what to do', async () => {
    await using directory = await openTempDir('protocol');
    const stale = join(directory.path, 'protocol.md');
    writeFileSync(stale, 'old');
    const { code, output } = runScript('--check', stale);
    expect(code).toBe(1);
    expect(output).toContain('Run "npm run protocol"');
    expect(readFileSync(stale, 'utf8')).toBe('old');
  });

  it('fails for a document that is not there', async () => {
    await using directory = await openTempDir('protocol');
    expect(runScript('--check', join(directory.path, 'protocol.md')).code).toBe(1);
  });

  it('writes the same text again and again', async () => {
    await using directory = await openTempDir('protocol');
    const file = join(directory.path, 'protocol.md');
    runScript(file);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(committed, 'utf8'));
  });
});
