# One service is stopped, one was changed by hand, and one carries no mark.
cp -r "$PREPARED"/status/* . &&
    oscar-sync apply -q --yes > apply.txt &&
    oscar-sync forget -q --yes plants > forget.txt && rm -r others &&
    oscar-sync service stop notebook > stop.txt &&
    python "$PREPARED"/../by_hand.py put thumbnails memory=4Gi
