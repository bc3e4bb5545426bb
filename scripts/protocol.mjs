/*
 * `npm run protocol` writes docs/protocol.md out of the contract as data: the topic table, the message schemas, the code tables, their
 * English sentences and the vectors. `--check` writes nothing and exits with 1 when the file is stale; a file name replaces docs/protocol.md.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { z } from 'zod';
import { renderProtocol } from './protocol-document.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

const { module: reference } = await runnerImport(join(root, 'src/shared/wire/reference.ts'), {
  configFile: false,
  logLevel: 'error',
  root,
});
const document = renderProtocol({
  ...reference,
  schemaOf,
  exampleOf,
  codeTexts: readJson('resources/locales/en/codes.json'),
  errorTexts: readJson('resources/locales/en/error.json'),
});

const isCheck = process.argv.includes('--check');
const file = resolve(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? join(root, 'docs/protocol.md'));
if (!isCheck) writeFileSync(file, document);
else if (readOr(file) !== document) {
  console.error(`${file} is stale. Run "npm run protocol" and commit it.`);
  process.exit(1);
}

function readOr(name) {
  try {
    return readFileSync(name, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}

/** What may be sent: aliases and defaults as the sender sees them. `x-lenient` marks a field that is dropped alone when it is wrong. */
function schemaOf(message) {
  const override = ({ zodSchema, jsonSchema }) => {
    if (zodSchema._zod.def.type === 'catch') jsonSchema['x-lenient'] = true;
  };
  return z.toJSONSchema(message.schema, { io: 'input', unrepresentable: 'any', override });
}

/** Topic and payload of the first valid vector of a message, or undefined where there is none yet. */
function exampleOf(message) {
  const files = readdirSync(join(root, 'test/vectors')).toSorted();
  const mine = files
    .map((name) => readJson(`test/vectors/${name}`))
    .find((each) => each.direction !== undefined && each.message === message.name);
  const vector = mine?.vectors.find((each) => each.text !== undefined || each.expected !== undefined);
  return vector && { topic: vector.topic, text: vector.text ?? JSON.stringify(vector.payload) };
}
