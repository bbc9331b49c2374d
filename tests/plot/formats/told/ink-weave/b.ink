=== paris
Paris.
-> hotel
= hotel
{ stopping:
 - First.
 - Second.
 - -> paris.end
}
{ shuffle:
 - One
 - Two
}
* \ Odd [x] y -> end
+ {max(health, 3) > 2} [Go {health > 3: far|near}] -> end
= end
~ temp t = 3
~ health = max(health, t)
{ t:
 - 3: Three.
 - 4: Four.
}
# tag here
The end. -> END
