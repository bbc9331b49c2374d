# author: Nobody
# title: The Parlour
VAR mood = "calm"
VAR coins = 3
/* Talk first,
   then tea. */
-> parlour

== parlour ==
ODA: Sit   down. # stage: left
{mood == "calm":
    The clock ticks.
    ~ coins++
- else:
    The clock <>
    has stopped.
}
<- gossip(-> parlour)
+ \* [Stand up] You stand. \
  And wait.
* {coins >= 3 && mood != "cross"} [Buy tea \[3 coins\]]
    ~ coins -= 3
    "Thank you[."]," says Oda.
    * * [Sip] -> sip ->
    * * [Gulp]
        ~ mood = "cross"
    - - (after_tea) The cup is empty.
* -> the_end
- -> parlour

== gossip(-> back)
* [Ask about the {mood == "calm":weather|fire}]
  "{~Rain|Wind} again," she says.
  -> back

== sip
Hot!
->->

== the_end
- The door {closes|stays shut}. -> END
