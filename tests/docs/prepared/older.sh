# A service that carries no mark and has more memory than its file in the folder older says.
oscar-sync forget thumbnails -q --yes > ../forget.txt &&
    mkdir ../older && cd ../older && cp "$PREPARED"/doctor/*.yaml . &&
    python "$PREPARED"/../by_hand.py put thumbnails memory=1Gi
