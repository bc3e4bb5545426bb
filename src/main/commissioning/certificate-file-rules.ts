import type { Certificate } from '../../shared/api/commissioning';
import { csvText } from './csv-rules';
import { escapeHtml, htmlPage } from './html-rules';

type Column = readonly [title: string, value: (certificate: Certificate) => string | number | null];

/** In this order for ever: people's spreadsheets count on it. A new column goes to the end. */
const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['issuedAtUtc', ({ at }) => at],
  ['result', ({ result }) => result],
  ['operator', ({ operator }) => operator],
  ['port', ({ port }) => port],
  ['chip', ({ chip }) => chip],
  ['mac', ({ mac }) => mac],
  ['flashSizeBytes', ({ flashSizeBytes }) => flashSizeBytes],
  ['imageName', ({ imageName }) => imageName],
  ['imageSha256', ({ imageSha256 }) => imageSha256],
  ['firmware', ({ firmware }) => firmware],
  ['partsReadBack', ({ parts }) => parts.map(partText).join(' | ')],
  ['deviceId', ({ deviceId }) => deviceId],
  ['name', ({ name }) => name],
  ['zoneId', ({ zoneId }) => zoneId],
  ['replaces', ({ replaces }) => replaces],
  ['error', ({ error }) => error],
  ['durationS', ({ durationS }) => durationS],
];

/** All certificates as CSV, one row each, in the given order. */
export function certificatesCsv(certificates: readonly Certificate[]): string {
  return csvText([
    columns.map(([title]) => title),
    ...certificates.map((one) => columns.map(([, value]) => value(one))),
  ]);
}

function partText({ name, address, sizeBytes, md5, result }: Certificate['parts'][number]): string {
  return `${name} ${hex(address)} ${sizeBytes} B MD5 ${md5 || secret} ${result}`;
}

const style = `@page { size: A4; margin: 15mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #000; background: #fff; max-width: 180mm; margin: 0 auto; padding: 8mm 0; }
h1 { font-size: 16pt; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 0 0 2mm; display: flex; justify-content: space-between; gap: 4mm; }
article { border: 1px solid #666; border-radius: 1mm; padding: 3mm; margin: 4mm 0 0; break-inside: avoid; }
article.failed { border-left: 2mm solid #000; }
dl { display: grid; grid-template-columns: 32mm 1fr; gap: 0 3mm; margin: 0; }
dt { color: #444; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0 0; font-size: 8.5pt; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #bbb; padding: 0.5mm 2mm 0.5mm 0; text-align: left; overflow-wrap: anywhere; }
td.number { text-align: right; }
@media print { body { max-width: none; padding: 0; } }`;

/** All certificates as a page for printing on A4: totals, then one block per board. `note` is a sentence under the title, or empty. */
export function certificatesHtml(certificates: readonly Certificate[], note: string): string {
  const passed = certificates.filter(({ result }) => result === 'passed').length;
  const title = 'Leitstand: certificates';
  const body = `<h1>${escapeHtml(title)}</h1>
<p>${certificates.length} in total: ${passed} passed, ${certificates.length - passed} failed.${note && ` ${escapeHtml(note)}`}</p>
${certificates.map(block).join('\n')}`;
  return htmlPage({ title, style, body });
}

function block(certificate: Certificate): string {
  const { id, at, operator, port, chip, mac, imageName, imageSha256, firmware, parts, result } = certificate;
  const { deviceId, name, zoneId, replaces, error, durationS, flashSizeBytes } = certificate;
  const rows: readonly (readonly [string, string | null])[] = [
    ['Device', deviceId],
    ['Zone', zoneId],
    ['Replaces', replaces],
    ['Chip', chip],
    ['MAC', mac],
    ['Flash', flashSizeBytes === null ? null : `${flashSizeBytes} bytes`],
    ['Image', imageName],
    ['Image SHA-256', imageSha256],
    ['Firmware', firmware],
    ['Error', error],
    ['Operator', operator],
    ['Port', port],
    ['Issued (UTC)', at],
    ['Duration', `${durationS} s`],
    ['Certificate', id],
  ];
  const shown = rows.filter(([, value]) => value !== null && value !== '');
  return `<article class="${result}">
<h2><bdi>${escapeHtml(name || deviceId || mac)}</bdi><span>${result === 'passed' ? '✓ Passed' : '✗ Failed'}</span></h2>
<dl>${shown.map(([label, value]) => `<dt>${label}</dt><dd><bdi>${escapeHtml(value ?? '')}</bdi></dd>`).join('')}</dl>
${partTable(parts)}
</article>`;
}

function partTable(parts: Certificate['parts']): string {
  if (parts.length === 0) return '<p>No part was read back.</p>';
  const rows = parts.map(
    ({ name, address, sizeBytes, md5, result }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${hex(address)}</td><td class="number">${sizeBytes}</td><td>${escapeHtml(md5 || secret)}</td><td>${result}</td></tr>`,
  );
  return `<table><thead><tr><th>Part</th><th>Address</th><th>Bytes</th><th>MD5 read back</th><th>Result</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** In place of the MD5 of a part that holds passwords. */
const secret = '(settings: equal, not told)';

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
