import type * as v from 'valibot'

/** What is wrong with a field, as a person would say it; goes on from the field's name. */
export function inWords(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is missing'
  switch (issue.type) {
    case 'string':
      return 'must be text'
    case 'number':
      return 'must be a number'
    case 'integer':
      return 'must be a whole number'
    case 'boolean':
      return 'must be true or false'
    case 'object':
      return 'must be an object'
    case 'array':
      return 'must be a list'
    case 'picklist':
      return `must be one of ${issue.expected?.replaceAll(' | ', ', ').replace(/[()]/g, '')}`
    case 'min_value':
      return `must be at least ${String(issue.requirement)}`
    case 'max_value':
      return `must be at most ${String(issue.requirement)}`
    case 'max_length':
      return `is too long: at most ${String(issue.requirement)} ${Array.isArray(issue.input) ? 'entries' : 'characters'} are allowed`
    default:
      return 'is not what it should be'
  }
}
