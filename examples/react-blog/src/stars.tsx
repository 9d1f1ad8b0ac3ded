/** The most that a post can be liked. */
export const MOST_STARS = 5;

/** How much a post is liked. */
export function Stars({ rating }: { readonly rating: number }) {
  return <span className="stars" role="img" aria-label={`${rating} of ${MOST_STARS}`}>{'★'.repeat(rating)}<i>{'★'.repeat(MOST_STARS - rating)}</i></span>;
}
