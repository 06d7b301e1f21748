// The tiers of a ledger or a store as one bar, with a legend that says the same in words.
// Page thread.
import type { TierUsage } from '../wire/messages';
import { plain } from './text';
import { bytesText, count } from './format';

export function TierBar({ tiers }: { tiers: TierUsage[] }) {
  const there = tiers.filter((tier) => tier.entries > 0 || tier.stored_bytes > 0);
  const total = there.reduce((sum, tier) => sum + tier.entries, 0);
  if (total === 0) return <p class="dim">There is nothing in any tier yet; new entries are in the journal first.</p>;
  return (
    <div>
      <div
        class="tier-bar"
        role="img"
        aria-label={there.map((tier) => `${tier.tier}: ${count(tier.entries)} entries`).join(', ')}
      >
        {there.map((tier) => (
          <span key={tier.tier} class={`tier tier-${known(tier.tier)}`} style={{ flexGrow: tier.entries / total }} />
        ))}
      </div>
      <ul class="legend">
        {there.map((tier) => (
          <li key={tier.tier}>
            <span class={`tier tier-${known(tier.tier)}`} aria-hidden="true" />
            <strong>{plain(tier.tier)}</strong>{' '}
            <span class="num">
              {count(tier.entries)} entries · {bytesText(tier.stored_bytes)}
              {tier.raw_bytes > tier.stored_bytes &&
                tier.stored_bytes > 0 &&
                ` · ${(tier.raw_bytes / tier.stored_bytes).toFixed(1)} to 1`}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const known = (tier: string): string => (['hot', 'warm', 'cold', 'expired'].includes(tier) ? tier : 'other');
