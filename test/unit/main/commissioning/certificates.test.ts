import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../../../src/main/commissioning/html-rules';
import { labelLines } from '../../../../src/main/commissioning/label-rules';
import { certificateSchema, labelSchema, type SetupJob } from '../../../../src/shared/api/commissioning';
import type { FlashJob } from '../../../../src/shared/api/flash';
import { provisioningSettingsSchema } from '../../../../src/shared/api/provisioning';
import { must } from '../../../../src/shared/domain/assert';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { APP_PART, C3, jobError } from '../../../fakes/fake-flashing';
import { fillDisk } from '../store/open-store';
import { DEAD, NEW, OPERATOR, PORT, SETTINGS, TENT, openCommissioning } from './commissioning-bench';

const HOSTILE = `=<script>alert("x")</script>;&'\u202E,\n`;
const OTHER = 'ESP_OTHER' as DeviceId;

const flash: FlashJob = {
  id: 'f',
  kind: 'write',
  port: PORT,
  imageId: 'bundled:esp32c3',
  imageName: 'Leitstand C3',
  imageSha256: 'ab'.repeat(32),
  state: 'done',
  hint: null,
  bytesWritten: 1,
  bytesTotal: 1,
  bytesPerSecond: null,
  remainingS: null,
  baud: 921_600,
  chip: C3.chip,
  mac: C3.mac,
  facts: C3,
  parts: [APP_PART, { ...APP_PART, name: 'bootloader', address: 0, size: 20_000, skipped: true, writtenBytes: 0 }],
  previousFirmware: null,
  firmware: { name: 'leitstand-node', version: '0.1.0', builtAt: '2026-11-20' },
  bootLog: [],
  notes: [],
  file: null,
  by: OPERATOR,
  startedAt: '2026-11-21T11:59:00.000Z',
};

const setup: SetupJob = {
  id: 's',
  port: PORT,
  isBench: true,
  isFlashOnly: false,
  state: 'done',
  flash,
  provisioning: null,
  replaces: DEAD,
  name: 'Node 007',
  zoneId: TENT,
  deviceId: NEW,
  certificateId: null,
  by: OPERATOR,
  startedAt: '2026-11-21T11:59:00.000Z',
};

const failed: SetupJob = { ...setup, state: 'failed', error: jobError('verify_failed', 'It is not what was written.') };

/** Issues one and returns it. */
function issued(room: ReturnType<typeof openCommissioning>, job: SetupJob = setup) {
  const id = room.certificates.issue(job, 61.23);
  room.clock.advance(1_000);
  return must(
    room.certificates.page({}).items.find((one) => one.id === id),
    'an issued certificate is there',
  );
}

describe('A certificate', () => {
  it('says what was done to which board, with the proof', () => {
    const room = openCommissioning();
    const at = room.clock.iso;
    const certificate = issued(room);
    expect(certificateSchema.parse(certificate)).toEqual({
      id: certificate.id,
      at,
      operator: OPERATOR,
      port: PORT,
      chip: 'ESP32-C3',
      mac: '84:f7:03:01:02:03',
      flashSizeBytes: 4_194_304,
      imageName: 'Leitstand C3',
      imageSha256: 'ab'.repeat(32),
      firmware: 'leitstand-node 0.1.0',
      parts: [
        { name: 'app', address: 0x10000, sizeBytes: 600_000, md5: APP_PART.md5, result: 'written' },
        { name: 'bootloader', address: 0, sizeBytes: 20_000, md5: APP_PART.md5, result: 'already there' },
      ],
      deviceId: NEW,
      name: 'Node 007',
      zoneId: TENT,
      replaces: DEAD,
      result: 'passed',
      error: null,
      durationS: 61.2,
    });
    expect(room.journal.recent()[0]).toMatchObject({
      kind: 'certificate.issued',
      actor: OPERATOR,
      deviceId: NEW,
      at,
      details: {
        certificateId: certificate.id,
        result: 'passed',
        chip: 'ESP32-C3',
        mac: '84:f7:03:01:02:03',
        imageSha256: 'ab'.repeat(32),
        parts: [
          { name: 'app', md5: APP_PART.md5, result: 'written' },
          { name: 'bootloader', md5: APP_PART.md5, result: 'already there' },
        ],
        durationS: 61.2,
      },
    });
  });

  it('of a setup that failed has its reason, and only the parts that were read back', () => {
    const parts = [
      { ...APP_PART, verified: false },
      { ...APP_PART, name: 'bootloader' },
    ];
    const certificate = issued(openCommissioning(), { ...failed, flash: { ...flash, parts } });
    expect(certificate).toMatchObject({ result: 'failed', error: 'It is not what was written.' });
    expect(certificate.parts.map(({ name }) => name)).toEqual(['bootloader']);
  });

  it('does not tell the MD5 of settings, from which a password could be guessed', () => {
    const room = openCommissioning();
    const secret = 'ee'.repeat(16);
    const parts = [APP_PART, { ...APP_PART, name: 'cfg', md5: secret }];
    const certificate = issued(room, { ...setup, flash: { ...flash, parts } });
    expect(certificate.parts.map(({ name, md5 }) => [name, md5])).toEqual([
      ['app', APP_PART.md5],
      ['cfg', ''],
    ]);
    const { certificates, journal } = room;
    const said = [certificates.export('csv').text, certificates.export('html').text];
    expect(said.map((text) => text.includes('(settings: equal, not told)'))).toEqual([true, true]);
    expect(JSON.stringify([certificate, journal.recent(), said])).not.toContain(secret);
  });

  it('is not issued for a board to which nothing was done', () => {
    const { certificates, kinds } = openCommissioning();
    const untouched = { ...APP_PART, verified: false, writtenBytes: 0 };
    const issue = (job: Partial<FlashJob> | null) => certificates.issue({ ...setup, flash: job && { ...flash, ...job } }, 1); // prettier-ignore
    expect([issue(null), issue({ mac: null }), issue({ parts: [] }), issue({ parts: [untouched] })]).toEqual([null, null, null, null]); // prettier-ignore
    expect([certificates.page({}).items, kinds()]).toEqual([[], []]);
  });

  it('that cannot be stored is none', () => {
    const { store, certificates, kinds } = openCommissioning();
    fillDisk(store.plant);
    const bulky = { ...setup, flash: { ...flash, imageName: 'x'.repeat(100_000) } };
    expect([certificates.issue(bulky, 1), kinds()]).toEqual([null, []]);
    store.batch.flush();
  });

  it('is never changed', () => {
    const room = openCommissioning();
    const certificate = issued(room);
    expect(() => room.certificateStore.append({ ...certificate, result: 'failed' })).toThrow('append-only');
    expect(room.restart().certificates.page({}).items).toEqual([certificate]);
  });

  it('is found by page, newest first, and by device', () => {
    const room = openCommissioning();
    const [first, second, third] = [issued(room), issued(room, { ...setup, deviceId: OTHER }), issued(room)];
    const page = room.certificates.page({ limit: 2 });
    expect(page).toEqual({ items: [third, second], nextCursor: second.id });
    expect(room.certificates.page({ limit: 2, cursor: page.nextCursor })).toEqual({ items: [first] });
    expect(room.certificates.page({ deviceId: OTHER })).toEqual({ items: [second] });
  });
});

describe('The export', () => {
  it('as CSV has one row for each, with units in the titles', () => {
    const room = openCommissioning();
    const old = issued(room);
    const certificate = issued(room, { ...failed, replaces: null });
    const { fileName, mediaType, text } = room.certificates.export('csv', certificate.at);
    expect([fileName, mediaType]).toEqual(['certificates-2026-11-21.csv', 'text/csv; charset=utf-8']);
    const [title = '', row = '', end] = text.slice(1).split('\r\n');
    expect(title).toBe('id,issuedAtUtc,result,operator,port,chip,mac,flashSizeBytes,imageName,imageSha256,firmware,partsReadBack,deviceId,name,zoneId,replaces,error,durationS'); // prettier-ignore
    expect(row).toBe(
      `${certificate.id},${certificate.at},failed,${OPERATOR},${PORT},ESP32-C3,84:f7:03:01:02:03,4194304,Leitstand C3,${'ab'.repeat(32)},leitstand-node 0.1.0,app 0x10000 600000 B MD5 ${APP_PART.md5} written | bootloader 0x0 20000 B MD5 ${APP_PART.md5} already there,${NEW},Node 007,${TENT},,It is not what was written.,61.2`, // prettier-ignore
    );
    expect([end, room.certificates.export('csv').text.includes(old.id)]).toEqual(['', true]);
  });

  it('as HTML is a page of its own with totals and a block for each', () => {
    const room = openCommissioning();
    issued(room);
    issued(room, failed);
    const { fileName, mediaType, text } = room.certificates.export('html');
    expect([fileName, mediaType]).toEqual(['certificates-2026-11-21.html', 'text/html; charset=utf-8']);
    expect(text).toContain('2 in total: 1 passed, 1 failed.');
    expect(text.match(/<article/g)).toHaveLength(2);
    expect(text).toContain('@page { size: A4');
    expect(text).not.toMatch(/<script|<link|<img|https?:\/\//);
  });

  it('lets no name become a formula, a tag or a turned line', () => {
    const room = openCommissioning();
    issued(room, { ...setup, name: HOSTILE, port: '"><b>', flash: { ...flash, imageName: '@SUM(A1)' } });
    const csv = room.certificates.export('csv').text;
    expect(csv).toContain(`,"'=<script>alert(""x"")</script>;&'\u202E,\n",`);
    expect(csv).toContain(",'@SUM(A1),");
    const html = room.certificates.export('html').text;
    expect(html).toContain('=&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;;&amp;&#39;\u{FFFD},\u{FFFD}');
    expect(html).toContain('&quot;&gt;&lt;b&gt;');
    expect(html).not.toMatch(/<script|<b>|\u202e/);
  });

  it('needs that, because a name may hold all but control characters and turned writing', () => {
    const accepts = (name: string) => provisioningSettingsSchema.safeParse({ ...SETTINGS, name }).success;
    expect([accepts(HOSTILE.replaceAll(/[\u202E\n]/g, '')), accepts('a\u202Eb'), accepts('a\nb')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('escapes every text so that no markup is left of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", ';', '\0', '\u2067', 'a', '🌱') }),
        (text) => {
          expect(escapeHtml(text)).not.toMatch(/[<>"'\0\u2067]|&(?!(amp|lt|gt|quot|#39);)/);
        },
      ),
    );
  });
});

describe('A label', () => {
  it('has name, id, zone, MAC and day of the last certificate, and a code', async () => {
    const room = openCommissioning();
    issued(room, { ...setup, deviceId: DEAD });
    const found = await room.certificates.label(DEAD);
    const label = labelSchema.parse(found.ok ? found.value : null);
    expect(label.lines).toEqual(['Tent sensor', DEAD, 'Tent', '84:f7:03:01:02:03', '2026-11-21']);
    expect(label.code).toBe('leitstand:ESP_DEAD');
    expect(label.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
  });

  it('of a device without certificate has the present day', async () => {
    const { certificates } = openCommissioning();
    expect(await certificates.label(DEAD)).toMatchObject({ value: { lines: ['Tent sensor', DEAD, 'Tent', '2026-11-21'] } }); // prettier-ignore
  });

  it('of a board that has not arrived is called as on its certificate', async () => {
    const room = openCommissioning();
    issued(room, { ...setup, zoneId: null });
    expect(await room.certificates.label(NEW)).toMatchObject({ value: { lines: ['Node 007', NEW, '84:f7:03:01:02:03', '2026-11-21'] } }); // prettier-ignore
    expect(await room.certificates.label(OTHER)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  it('says a name that is the id once, and shows what cannot be seen', () => {
    const at = '2026-11-21T12:00:00.000Z';
    expect(labelLines({ deviceId: NEW, name: NEW, zone: 'a\u202Eb', mac: null, at })).toEqual([NEW, 'a\u{FFFD}b', '2026-11-21']); // prettier-ignore
  });

  it('differs from that of another device in its code', async () => {
    const room = openCommissioning();
    issued(room);
    issued(room, { ...setup, deviceId: OTHER });
    const [one, two] = [await room.certificates.label(NEW), await room.certificates.label(OTHER)];
    expect(one.ok && two.ok && one.value.svg !== two.value.svg).toBe(true);
  });
});

describe('A sheet of labels', () => {
  it('has one for every device that has passed, oldest first, each once', async () => {
    const room = openCommissioning();
    issued(room, { ...setup, name: 'old name' });
    issued(room, { ...setup, deviceId: OTHER, name: HOSTILE });
    issued(room, { ...setup, name: 'new name' });
    issued(room, { ...failed, deviceId: DEAD });
    const { fileName, text } = await room.certificates.labelSheet();
    expect(fileName).toBe('labels-2026-11-21.html');
    expect(text.match(/<section>/g)).toHaveLength(2);
    expect(text.indexOf('&lt;script&gt;')).toBeLessThan(text.indexOf('new name'));
    expect(text).not.toMatch(/<script|old name|ESP_DEAD|\u202e/);
  });

  it('may begin at a time, and may be empty', async () => {
    const room = openCommissioning();
    issued(room);
    const { text } = await room.certificates.labelSheet(room.clock.iso);
    expect(text).not.toContain('<section>');
  });

  it('is cut where it would be endless, and says so', async () => {
    const room = openCommissioning();
    for (let index = 0; index < 501; index += 1) issued(room, { ...setup, deviceId: `ESP_${index}` as DeviceId });
    const { text } = await room.certificates.labelSheet();
    expect(text.match(/<section>/g)).toHaveLength(500);
    expect(text).toContain('Only the newest 500 are here.');
    expect(text).not.toContain('>ESP_0<');
  });
});
