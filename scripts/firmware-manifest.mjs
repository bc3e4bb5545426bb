/* Checks of resources/firmware that need no compiler: the manifest against its files, and two builds against each other. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const applicationBudgetBytes = 1_200_000;
const supportedFormat = 1;

/** The manifest of a folder, or undefined where there is none. */
export function readManifest(folder) {
  const file = join(folder, 'manifest.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Everything that is wrong with the files of a folder, as sentences. */
export function manifestProblems(folder) {
  const manifest = readManifest(folder);
  if (!manifest) return ['manifest.json is missing'];
  if (manifest.format !== supportedFormat)
    return [`the manifest has format ${manifest.format}, not ${supportedFormat}`];
  const files = manifestFiles(manifest);
  return [
    ...files.flatMap((entry) => fileProblems(folder, entry)),
    ...manifest.chips.flatMap((chip) => chipProblems(folder, chip)),
    ...strayFiles(folder, files),
  ];
}

/** Every file that the manifest describes. */
export function manifestFiles({ chips, twin }) {
  return [...chips.flatMap(({ parts, merged }) => [...parts, merged]), ...(twin ? [twin] : [])];
}

/** Paths of the files in which two folders differ. */
export function differences(one, other) {
  const names = new Set([...filesBelow(one), ...filesBelow(other)]);
  const content = (folder, name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined);
  return [...names].sort().filter((name) => {
    const [left, right] = [content(one, name), content(other, name)];
    return !left || !right || !left.equals(right);
  });
}

function fileProblems(folder, { file, sizeBytes, sha256, md5 }) {
  if (!existsSync(join(folder, file))) return [`${file} is missing`];
  const data = readFileSync(join(folder, file));
  const digest = (name) => createHash(name).update(data).digest('hex');
  return [
    ...(data.length === sizeBytes ? [] : [`${file} has ${data.length} bytes, not ${sizeBytes}`]),
    ...(digest('sha256') === sha256 ? [] : [`${file} has another SHA-256`]),
    ...(digest('md5') === md5 ? [] : [`${file} has another MD5`]),
  ];
}

function chipProblems(folder, { id, parts, merged, partitions, flashSizeBytes }) {
  const problems = [];
  const application = parts.find(({ name }) => name === 'application');
  const slot = partitions.find(({ type }) => type === 'app');
  if (!application || !slot || application.address !== slot.address)
    problems.push(`${id}: the application is not at the address of its partition`);
  else if (application.sizeBytes > Math.min(slot.sizeBytes, applicationBudgetBytes))
    problems.push(
      `${id}: the application has ${application.sizeBytes} bytes, over its budget of ${applicationBudgetBytes}`,
    );
  for (const [one, next] of neighbours(parts))
    if (one.address + one.sizeBytes > next.address) problems.push(`${id}: ${one.name} overlaps ${next.name}`);
  for (const [one, next] of neighbours(partitions))
    if (one.address + one.sizeBytes > next.address) problems.push(`${id}: partition ${one.name} overlaps ${next.name}`);
  if (partitions.some(({ address, sizeBytes }) => address + sizeBytes > flashSizeBytes))
    problems.push(`${id}: a partition ends behind the flash`);
  return [...problems, ...mergedProblems(folder, { id, parts, merged })];
}

/** The merged image is its parts, with erased flash between them. */
function mergedProblems(folder, { id, parts, merged }) {
  if ([...parts, merged].some(({ file }) => !existsSync(join(folder, file)))) return [];
  const last = parts.at(-1);
  const expected = Buffer.alloc(last.address + last.sizeBytes, 0xff);
  for (const { file, address } of parts) readFileSync(join(folder, file)).copy(expected, address);
  return readFileSync(join(folder, merged.file)).equals(expected) ? [] : [`${id}: the merged image is not its parts`];
}

function strayFiles(folder, files) {
  const known = new Set([...files.map(({ file }) => file), 'manifest.json', 'NOTICES.txt']);
  return filesBelow(folder)
    .filter((name) => !known.has(name))
    .map((name) => `${name} is not in the manifest`);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function neighbours(items) {
  const sorted = items.toSorted((a, b) => a.address - b.address);
  return sorted.slice(1).map((next, index) => [sorted[index], next]);
}
