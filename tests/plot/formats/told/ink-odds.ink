VAR x = 0
VAR s = "a b"
-> start
== start
+ + [bad nest]
- (top)
* {not other} {x > 2} \
  [Multi guard] Text after.
* "Quote[?"]," he said. <>
 -> other
+ (lab) [Label] {lab > 1: again}
  -> top
* [A] One
* * [B] Two
* * * [C] Three -> END
* * - - odd
- - gathered
- (end) -> END
== other
{x == 1: One.|Other.} {~a|b|c} {!once|} {&cyc|le}
{x:
  - 0: zero
  - 1: -> start
  - else: -> other2 ->
}
~ x++
~ x += 2 * (x - 1)
~ s = "{x} things"
Text # tag1 # tag2
# alone: tag
-> start.top
== other2(a, ref b)
{a > b: -> start}
->->
== empty
== stitchy
= one
-> two
= two
-> stitchy.one
