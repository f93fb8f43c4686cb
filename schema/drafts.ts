/** What a draft is for, in `drafts.room_id`: a room or thread by its id, or a message that is being edited. */
export const editDraftPrefix = 'edit '
export const editDraft = (message: string): string => editDraftPrefix + message
