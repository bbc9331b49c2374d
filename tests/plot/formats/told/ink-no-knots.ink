Once upon a time...

 * There were two choices.
 * There were four lines of content.

- They lived happily ever after.
    -> END
