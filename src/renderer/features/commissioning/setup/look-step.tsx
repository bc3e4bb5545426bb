import { useTranslation } from 'react-i18next';
import type { Inspection } from '../../../../shared/api/flash';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { CallError, JobErrorText } from '../job-error';
import { ProgressBar } from '../progress';
import { BoardFacts } from './board-facts';
import { BoardQuestion } from './board-question';
import { BootHint } from './boot-hint';
import { FlashOptionsPanel } from './flash-options';
import { ImageChoice } from './image-choice';
import type { StepProps } from './step-props';
import css from './steps.module.css';
import { useAfter } from './use-after';
import { foundBefore, useLook } from './use-look';

/** A chip that answers does so within this time; later a finger on BOOT may be needed. */
const HINT_AFTER_MS = 6_000;

/** What is on the board, and what is written to it. */
export function LookStep(props: StepProps) {
  const { t } = useTranslation('commissioning');
  const again = useLook();
  const isLive = useConnection(({ state }) => state === 'live');
  const { look } = props.facts;
  const known = foundBefore(look, props.draft.port);
  return (
    <>
      {known && <Found {...props} inspection={known} />}
      {(look.name === 'working' || look.name === 'none') && (
        <Looking key={props.draft.port} hasFound={known !== null} />
      )}
      {look.name === 'failed' && (
        <>
          <CallError error={look.error} />
          <div>
            <Button isDisabled={!isLive} onPress={again}>
              {t('setup.look.again')}
            </Button>
          </div>
        </>
      )}
    </>
  );
}

function Looking({ hasFound }: { readonly hasFound: boolean }) {
  const { t } = useTranslation('commissioning');
  const isLate = useAfter(HINT_AFTER_MS);
  return (
    <div className={css['looking']} aria-live="polite">
      <p>{t(hasFound ? 'setup.look.comparing' : 'setup.look.working')}</p>
      <ProgressBar label={t('setup.look.working')} share={null} />
      {isLate && !hasFound && <BootHint />}
    </div>
  );
}

function Found({ inspection, ...props }: StepProps & { readonly inspection: Inspection }) {
  const { draft, facts } = props;
  // Of another image than the chosen one while the console still compares.
  const isPresent = facts.look.name === 'found';
  return (
    <>
      <BoardFacts inspection={inspection} />
      <BoardQuestion {...props} inspection={inspection} />
      <ImageChoice {...props} inspection={inspection} isCompared={isPresent} />
      {isPresent && draft.imageId !== null && inspection.refusal && <JobErrorText error={inspection.refusal} />}
      <FlashOptionsPanel {...props} />
    </>
  );
}
