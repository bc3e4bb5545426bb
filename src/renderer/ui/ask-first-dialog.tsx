import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { Dialog } from './dialog';
import { FailureText } from './failure';
import { useRequest } from './use-request';

export type AskFirstProps = {
  readonly title: string;
  /** What it does, and what it costs. */
  readonly text: string;
  readonly confirm: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
};

/** Says what an act does before it is done. */
export function AskFirstDialog({ title, text, confirm, onConfirm, onClose }: AskFirstProps) {
  const { t } = useTranslation();
  const { isWorking, error, run } = useRequest();
  const act = async () => {
    if (await run(onConfirm)) onClose();
  };
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      role="alertdialog"
      footer={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button variant="primary" isPending={isWorking} onPress={() => void act()}>
            {confirm}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      <FailureText error={error} />
    </Dialog>
  );
}
