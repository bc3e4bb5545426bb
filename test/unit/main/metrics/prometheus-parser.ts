export type Family = {
  readonly help: string;
  readonly type: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y;
const NUMBER = /^(NaN|[+-]?Inf|[+-]?\d+(\.\d+)?(e[+-]?\d+)?)$/;
/** Which sample names a metric of a type may have, after its own name. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads Prometheus's text format 0.0.4 and throws where a strict scraper would: a sample without HELP and TYPE before it, a metric twice, a
 * bad name or number, an unknown escape, a series twice, no line feed at the end.
 */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line must end with a line feed.');
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let current: { name: string; help: string; type?: string } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw new Error(`A bad or repeated metric: ${line}`);
      current = { name, help: rest };
    } else if (kind === 'TYPE') {
      if (current?.name !== name || !(rest in suffixes)) throw new Error(`A TYPE without its HELP: ${line}`);
      families.set(name, { help: current.help, type: rest, samples: [] });
    } else {
      const sample = parseSample(line);
      const family = current && families.get(current.name);
      const isOwn = family && suffixes[family.type]?.some((suffix) => sample.name === `${current?.name}${suffix}`);
      if (!family || !isOwn) throw new Error(`A sample outside its metric: ${line}`);
      const key = `${sample.name} ${JSON.stringify(sample.labels)}`;
      if (series.has(key)) throw new Error(`A series twice: ${line}`);
      series.add(key);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): Family['samples'][number] {
  const [, name = '', labelText = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (!NAME.test(name) || !NUMBER.test(value)) throw new Error(`No sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const [, label, escaped] = LABEL.exec(labelText) ?? [];
    if (label === undefined || escaped === undefined || label in labels) throw new Error(`Bad labels: ${line}`);
    labels[label] = escaped.replaceAll(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
  }
  return { name, labels, value: Number(value) };
}
