using Image2Ipfs.Registry;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Store;

/// <summary>Slices of one blob.</summary>
internal sealed class BlobReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Digest _digest;

    /// <exception cref="InvalidDataException">The blob is not there.</exception>
    public BlobReader(string file, Digest digest)
    {
        _digest = digest;
        try
        {
            _file = File.OpenHandle(file, options: FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"blob {digest} is missing", e);
        }
    }

    public long Length => RandomAccess.GetLength(_file);

    public byte[] Read(long offset, long length)
    {
        // Before there is memory for it: the length is what some node says.
        if (offset < 0 || length < 0 || length > Length - offset)
            throw new InvalidDataException($"blob {_digest} is too short");
        var bytes = new byte[length];
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = RandomAccess.Read(_file, bytes.AsSpan(filled), offset + filled);
            if (read == 0)
                throw new InvalidDataException($"blob {_digest} is too short");
            filled += read;
        }
        return bytes;
    }

    public void Dispose() => _file.Dispose();
}
