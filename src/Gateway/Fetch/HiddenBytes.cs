namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// Bytes of a blob that lie in the spool's file in any order, and that no reader sees yet. Who comes first stays: what is there
/// may be hashed already, and another upstream could write something else over it.
/// </summary>
internal sealed class HiddenBytes(Spool spool)
{
    private readonly Lock _lock = new();
    private readonly Intervals _there = new();

    public long Total
    {
        get
        {
            lock (_lock)
                return _there.Total;
        }
    }

    /// <returns>How many of the bytes were not there yet; fewer where the file has no room.</returns>
    public long Write(long offset, ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            var before = _there.Total;
            var end = offset + bytes.Length;
            for (var at = offset; at < end;)
            {
                if (_there.EndFrom(at) is var there && there > at)
                {
                    at = there;
                    continue;
                }
                var missing = bytes[(int)(at - offset)..(int)(Math.Min(_there.NextStart(at) ?? end, end) - offset)];
                if (!spool.TryHide(new Piece(at, missing)))
                    break;
                _there.Add(at, at += missing.Length);
            }
            return _there.Total - before;
        }
    }

    /// <summary>The end of what is there without a gap from here on; the offset itself where nothing is.</summary>
    public long EndFrom(long offset)
    {
        lock (_lock)
            return _there.EndFrom(offset);
    }

    /// <summary>Where the next bytes are that are there, at or after the offset.</summary>
    public long? NextStart(long offset)
    {
        lock (_lock)
            return _there.NextStart(offset);
    }
}
