import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inboundMessages } from '../../../../src/shared/wire/catalogue';
import type { InboundMessage } from '../../../../src/shared/wire/message';
import { bytesOf, readVectors, vectorFiles, type InboundFile, type InboundVector } from './vector-files';

const catalogue: readonly InboundMessage<unknown>[] = Object.values(inboundMessages);

type Field = { readonly name: string; readonly isStrict: boolean };
type Shown = { readonly fields: Readonly<Record<string, unknown>>; readonly vector: InboundVector };

/** The top-level fields of a message; of a strict one a wrong value makes the whole message malformed. */
function fieldsOf({ schema }: InboundMessage<unknown>): Field[] {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'catch') jsonSchema['x-lenient'] = true;
    },
  });
  return Object.entries(json.properties ?? {}).map(([name, field]) => ({
    name,
    isStrict: typeof field === 'object' && Object.keys(field).length > 0 && field['x-lenient'] !== true,
  }));
}

/** The vectors whose bytes are a JSON object. */
function objectsIn(vectors: readonly InboundVector[]): Shown[] {
  return vectors.flatMap((vector) => {
    try {
      return [{ vector, fields: z.record(z.string(), z.unknown()).parse(JSON.parse(bytesOf(vector).toString())) }];
    } catch {
      return [];
    }
  });
}

/** What no vector shows about a field. */
function gapsOf({ name, isStrict }: Field, shown: readonly Shown[]): string[] {
  const isBroken = ({ malformed }: InboundVector) => malformed?.includes(name) === true;
  const isGiven = ({ fields }: Shown) => fields[name] !== undefined && fields[name] !== null;
  const shows: [string, boolean][] = [
    ['given', shown.some((each) => isGiven(each) && each.vector.malformed === undefined)],
    ['absent', shown.some(({ fields }) => !Object.hasOwn(fields, name))],
    ['null', shown.some(({ fields }) => fields[name] === null)],
    ['wrong', !isStrict || shown.some((each) => isGiven(each) && isBroken(each.vector))],
  ];
  return shows.filter(([, isShown]) => !isShown).map(([gap]) => `${name}: ${gap}`);
}

describe('the vectors of devices', () => {
  it.each(vectorFiles('device-to-console'))('in %s show every field given, absent, null and wrong', (fileName) => {
    const { path, vectors } = readVectors(fileName) as InboundFile;
    const fields = catalogue.filter((message) => message.path === path).flatMap(fieldsOf);
    const shown = objectsIn(vectors);
    expect(fields.flatMap((field) => gapsOf(field, shown))).toEqual([]);
  });

  it('have a name of their own within each file', () => {
    const twice = vectorFiles('device-to-console').flatMap((fileName) => {
      const names = (readVectors(fileName) as InboundFile).vectors.map(({ name }) => name);
      return names.filter((name, index) => names.indexOf(name) !== index);
    });
    expect(twice).toEqual([]);
  });
});
