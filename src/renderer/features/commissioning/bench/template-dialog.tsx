import { useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { BenchTemplateView } from '../../../../shared/api/commissioning';
import type { BrokerProposal } from '../../../../shared/api/provisioning';
import { api } from '../../../connection/client';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { Notice } from '../../../ui/notice';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import { BrokerFields } from './broker-fields';
import css from './template-dialog.module.css';
import {
  draftOf,
  isCaHeld,
  isPasswordHeld,
  templateOf,
  withCount,
  type DraftProblem,
  type TemplateDraft,
} from './template-draft-rules';
import { ImageFields, NamingFields, NetworkFields } from './template-fields';

export type TemplateDialogProps = { readonly template: BenchTemplateView | null; readonly onClose: () => void };

/** What every board on the bench gets. A password that is held is never shown again; left empty, it stays. */
export function TemplateDialog({ template, onClose }: TemplateDialogProps) {
  const { t } = useTranslation('bench');
  const proposal = useProposal();
  const [draft, setDraft] = useState<TemplateDraft | null>(null);
  const [problem, setProblem] = useState<DraftProblem | null>(null);
  const fields = useFocusOnProblem(problem);
  const { isWorking, error, run } = useRequest();
  // A first template begins with the broker that the console proposes, so it waits for that answer.
  const begun = draft ?? (proposal === undefined && template === null ? null : draftOf(template, proposal ?? null));
  const shown = begun && withCount(begun, template);
  const change = (part: Partial<TemplateDraft>) => {
    if (shown) setDraft({ ...shown, ...part });
    setProblem(null);
  };
  const save = async () => {
    if (!shown) return;
    const result = templateOf(shown, template);
    if (typeof result === 'string') setProblem(result);
    else if (await run(() => api.commissioning.setTemplate(result))) onClose();
  };
  return (
    <Dialog
      title={t('template.title')}
      subtitle={t('template.subtitle')}
      isOpen
      onClose={onClose}
      width="wide"
      role="alertdialog"
      footer={
        <>
          <Button onPress={onClose}>{t('cancel', { ns: 'common' })}</Button>
          <Button variant="primary" isDisabled={shown === null} isPending={isWorking} onPress={() => void save()}>
            {t('template.save')}
          </Button>
        </>
      }
    >
      {shown && (
        // Browsers want password fields inside a form. It is saved by its key, as it is long: not by an Enter somewhere in it.
        <form ref={fields} className={css['sections']} onSubmit={(event) => event.preventDefault()} noValidate>
          <ImageFields draft={shown} problem={problem} onChange={change} />
          <NetworkFields
            draft={shown}
            problem={problem}
            onChange={change}
            isPasswordHeld={isPasswordHeld(shown, template)}
          />
          {shown.isProvisioned && (
            <BrokerFields
              draft={shown}
              problem={problem}
              onChange={change}
              proposal={proposal ?? null}
              isCaHeld={isCaHeld(shown, template)}
            />
          )}
          <NamingFields draft={shown} problem={problem} onChange={change} />
        </form>
      )}
      {problem !== null && fieldless.has(problem) && (
        <Notice priority="high" announce="alert">
          {t(`template.problem.${problem}`)}
        </Notice>
      )}
      <CallError error={error} />
    </Dialog>
  );
}

/** Problems of no single field; the others stand beside theirs. */
const fieldless: ReadonlySet<DraftProblem> = new Set(['nothing', 'settingsNeedImage']);

/** The field that is wrong may be out of sight: it gets the focus. */
function useFocusOnProblem(problem: DraftProblem | null): RefObject<HTMLFormElement | null> {
  const fields = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem !== null) fields.current?.querySelector<HTMLElement>('[data-invalid]:is(input, textarea)')?.focus();
  }, [problem]);
  return fields;
}

/** The broker that the console proposes; undefined while it is asked, null when it cannot say. */
function useProposal(): BrokerProposal | null | undefined {
  const [proposal, setProposal] = useState<BrokerProposal | null | undefined>(undefined);
  useEffect(() => {
    // Without a proposal the fields are filled by hand.
    const ask = async () => setProposal(await api.provisioning.broker().catch(() => null));
    void ask();
  }, []);
  return proposal;
}
