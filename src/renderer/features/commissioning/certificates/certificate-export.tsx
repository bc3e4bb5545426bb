import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../connection/client';
import { serverClock } from '../../../connection/server-clock';
import { Button } from '../../../ui/button';
import { SelectField } from '../../../ui/field';
import { saveFile } from '../../../ui/save-file';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import { periods, sinceOf, type Period } from './certificate-rules';
import css from './certificates-page.module.css';

const kinds = ['csv', 'html', 'labels'] as const;

/** Certificates or labels as a file: a table, or a page to print. */
export function CertificateExport({ isEmpty }: { readonly isEmpty: boolean }) {
  const { t } = useTranslation('bench');
  const [period, setPeriod] = useState<Period>('all');
  const { isWorking, error, run } = useRequest();
  const save = (kind: (typeof kinds)[number]) =>
    run(async () => {
      const since = sinceOf(period, serverClock.now());
      const range = since === undefined ? {} : { since };
      const file = await (kind === 'labels'
        ? api.commissioning.labels(range)
        : api.commissioning.exportCertificates({ format: kind, ...range }));
      saveFile(file.fileName, file.mediaType, file.text);
    });
  return (
    <div className={css['export']}>
      <SelectField
        label={t('certificates.period')}
        value={period}
        onChange={setPeriod}
        options={periods.map((value) => ({ value, label: t(`certificates.periods.${value}`) }))}
      />
      {kinds.map((kind) => (
        <Button key={kind} isDisabled={isEmpty || isWorking} onPress={() => void save(kind)}>
          {t(`certificates.save.${kind}`)}
        </Button>
      ))}
      <CallError error={error} />
    </div>
  );
}
