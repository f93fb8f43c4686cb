import { Component, type ErrorInfo, type ReactNode } from 'react'
import { dropKeptScreen } from '../kept-screen/shown-screen.ts'
import { wordsOf } from '../refusal-words.ts'
import { Button } from './Button.tsx'
import css from './PaneBoundary.module.css'

interface Props {
  /** what failed, for the person: "the timeline" */
  readonly name: string
  /** a new value tries again: the room, for one */
  readonly resetKey?: string | null
  /** lets go of what may have led here, so that neither another try nor a reload leads here again */
  readonly onError?: () => void
  readonly children: ReactNode
}
interface State {
  readonly error: Error | null
  readonly where: string
  readonly resetKey: string | null | undefined
}

/** One pane fails alone: the others go on, this one says so, and can be tried again. */
export class PaneBoundary extends Component<Props, State> {
  override state: State = { error: null, where: '', resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey }
  }
  override componentDidCatch(_error: Error, info: ErrorInfo): void {
    this.props.onError?.()
    dropKeptScreen()
    this.setState({ where: info.componentStack ?? '' })
  }
  override render(): ReactNode {
    const { error, where } = this.state
    if (!error) return this.props.children
    const diagnostics = [error.stack ?? error.message, where, navigator.userAgent, location.pathname].join('\n\n')
    return (
      <div className={css.failed} role="alert">
        <p className={css.title}>Something went wrong in {this.props.name}.</p>
        <p className={css.detail}>{wordsOf(error)}</p>
        <div className={css.actions}>
          <Button look="primary" onClick={() => this.setState({ error: null })}>
            Try again
          </Button>
          <Button onClick={() => void navigator.clipboard.writeText(diagnostics)}>Copy diagnostics</Button>
        </div>
      </div>
    )
  }
}
