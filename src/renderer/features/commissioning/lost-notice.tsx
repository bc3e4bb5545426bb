import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice';
import { useCommissioning } from './commissioning-store';

/** Says that ports and jobs are shown as they were; nothing while they are live, or before the first of them. */
export function LostNotice() {
  const { t } = useTranslation('commissioning');
  const isOld = useCommissioning(({ event, isLive }) => event !== null && !isLive);
  return (
    isOld && (
      <Notice priority="high" announce="alert">
        {t('lost')}
      </Notice>
    )
  );
}
