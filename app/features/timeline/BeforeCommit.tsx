import { Component } from 'react'

/** Calls `look` just before React changes the DOM: the last moment at which the old layout can be read. */
export class BeforeCommit extends Component<{ readonly look: () => void }> {
  override getSnapshotBeforeUpdate(): null {
    this.props.look()
    return null
  }
  override componentDidUpdate(): void {}
  override render(): null {
    return null
  }
}
