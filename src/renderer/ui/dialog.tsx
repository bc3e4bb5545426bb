import { X } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import styles from './dialog.module.css';

export type DialogProps = {
  readonly title: ReactNode;
  /** Small line under the title. */
  readonly subtitle?: ReactNode;
  readonly isOpen: boolean;
  /** Escape, the close key, or a press beside the dialog. */
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Keys at the bottom. */
  readonly footer?: ReactNode;
  readonly width?: 'narrow' | 'wide';
  /** `alertdialog` for a question that must be answered. A press beside it does not close it. */
  readonly role?: 'dialog' | 'alertdialog';
};

/** Whoever wants the focus after a dialog has taken it by then. */
const SETTLED_MS = 500;

/** A modal dialog. The focus goes in, stays in and comes back to where it was. */
export function Dialog({
  title,
  subtitle,
  isOpen,
  onClose,
  children,
  footer,
  width = 'narrow',
  role = 'dialog',
}: DialogProps) {
  const { t } = useTranslation();
  useFocusAfterwards(isOpen);
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={isOpen}
      isDismissable={role === 'dialog'}
      onOpenChange={(isStillOpen) => !isStillOpen && onClose()}
    >
      <Modal className={`${styles['modal']} ${styles[width]}`}>
        <AriaDialog className={styles['dialog'] ?? ''} role={role}>
          <div className={styles['head']}>
            <div>
              <Heading slot="title" className={styles['title'] ?? ''}>
                {title}
              </Heading>
              {subtitle && <p className={styles['subtitle']}>{subtitle}</p>}
            </div>
            <Button variant="plain" aria-label={t('close')} onPress={onClose}>
              <X aria-hidden size={20} />
            </Button>
          </div>
          <div className={styles['body']}>{children}</div>
          {footer && <div className={styles['foot']}>{footer}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** What opened the dialog may have gone with it (the card of a device that was just approved): then the screen gets the focus. */
function useFocusAfterwards(isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    return () => {
      setTimeout(() => {
        if (document.activeElement === document.body) document.querySelector('main')?.focus({ preventScroll: true });
      }, SETTLED_MS);
    };
  }, [isOpen]);
}
