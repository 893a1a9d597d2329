# A repository with settings and one service in services/, not applied.
git init -q . && mkdir services &&
    cp "$PREPARED"/doctor/oscar-sync.yaml . &&
    cp "$PREPARED"/doctor/thumbnails.yaml services/
