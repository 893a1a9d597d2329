# Two services that carry no mark, and no files here.
cp -r "$PREPARED"/doctor others && cd others &&
    oscar-sync apply -q --yes > apply.txt &&
    oscar-sync forget thumbnails plants --yes -q > forget.txt &&
    cd .. && rm -r others
