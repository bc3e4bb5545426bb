import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlashImage } from '../../../../shared/api/flash';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { AskFirstDialog } from '../../../ui/ask-first-dialog';
import { Button } from '../../../ui/button';
import { useCommissioning } from '../commissioning-store';
import { CallError } from '../job-error';
import { LostNotice } from '../lost-notice';
import { useImages } from '../use-images';
import { BackupDialog } from './backup-dialog';
import { FlashJobs } from './flash-jobs';
import { orderedImages } from './image-rules';
import { ImageTable } from './image-table';
import css from './images-page.module.css';
import { UploadLine } from './upload-line';
import { beginUpload, useUpload } from './upload-store';
import { WriteDialog } from './write-dialog';

/** What is open over the page. */
type Open = { readonly kind: 'none' | 'backup' } | { readonly kind: 'write' | 'remove'; readonly image: FlashImage };

/** Images that can be written, backups that can be restored, and the jobs that do it. */
export function ImagesPage() {
  const { t } = useTranslation('bench');
  const isConnected = useConnection(({ state }) => state === 'live');
  const { images, error, reload } = useImages();
  const [open, setOpen] = useState<Open>({ kind: 'none' });
  useReloadAfterChange(reload);
  const close = () => setOpen({ kind: 'none' });
  return (
    <div className={css['page']}>
      <LostNotice />
      <FlashJobs />
      <section className={css['panel']} aria-labelledby="images-title">
        <header className={css['toolbar']}>
          <h2 id="images-title">{t('images.title')}</h2>
          <UploadKey isDisabled={!isConnected} />
          <Button isDisabled={!isConnected} onPress={() => setOpen({ kind: 'backup' })}>
            {t('images.backUp')}
          </Button>
        </header>
        <UploadLine />
        <CallError error={error} />
        {images === null ? (
          error === null && <p className={css['loading']}>{t('loading', { ns: 'common' })}</p>
        ) : (
          <ImageTable
            images={orderedImages(images)}
            isConnected={isConnected}
            onWrite={(image) => setOpen({ kind: 'write', image })}
            onRemove={(image) => setOpen({ kind: 'remove', image })}
          />
        )}
      </section>
      {open.kind === 'backup' && <BackupDialog onClose={close} />}
      {open.kind === 'write' && <WriteDialog image={open.image} onClose={close} />}
      {open.kind === 'remove' && (
        <AskFirstDialog
          title={t('images.removeTitle', { name: open.image.name })}
          text={t(open.image.kind === 'backup' ? 'images.removeBackupText' : 'images.removeText')}
          confirm={t('images.removeConfirm')}
          onConfirm={async () => {
            await api.flash.removeImage({ id: open.image.id });
            await reload();
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** A key that opens the system's choice of a file. */
function UploadKey({ isDisabled }: { readonly isDisabled: boolean }) {
  const { t } = useTranslation('bench');
  const input = useRef<HTMLInputElement>(null);
  const isSending = useUpload(({ state }) => state === 'sending');
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".bin,application/octet-stream"
        hidden
        tabIndex={-1}
        aria-label={t('images.add')}
        onChange={({ target }) => {
          const file = target.files?.[0];
          // The same file may be chosen again.
          target.value = '';
          if (file) void beginUpload(file);
        }}
      />
      <Button isDisabled={isDisabled || isSending} onPress={() => input.current?.click()}>
        {t('images.add')}
      </Button>
    </>
  );
}

/** An image that was added and a backup that is done belong into the list. */
function useReloadAfterChange(reload: () => Promise<void>): void {
  const uploaded = useUpload(({ state }) => state === 'done');
  const backups = useCommissioning(
    ({ event }) => event?.flashJobs.filter(({ kind, state }) => kind === 'backup' && state === 'done').length ?? 0,
  );
  useEffect(() => {
    if (uploaded || backups > 0) void reload();
  }, [uploaded, backups, reload]);
}
