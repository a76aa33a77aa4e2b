using System.Security.Cryptography;
using System.Text;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>A list as it was read from its file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rules">Those of the lines that could be read.</param>
/// <param name="Broken">The lines that could not, and why.</param>
/// <param name="Length">The bytes that were read.</param>
/// <param name="Hash">Their sha2-256.</param>
internal sealed record DenylistFile(string Path, Denylist Rules, IReadOnlyList<(int Line, string Problem)> Broken, long Length, byte[] Hash)
{
    private const string HeaderEnd = "---";

    /// <exception cref="FormatException">It is no denylist; the message has the file and the line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static DenylistFile Read(string path)
    {
        var number = 0;
        try
        {
            var (header, headerLines) = ReadHeader(path, ref number);
            var rules = new Denylist(header);
            var broken = new List<(int, string)>();
            using var sha256 = SHA256.Create();
            using var file = Open(path);
            using var hashed = new CryptoStream(file, sha256, CryptoStreamMode.Read);
            number = 0;
            foreach (var line in DenylistLines.Of(hashed))
            {
                number++;
                if (number > headerLines && !string.IsNullOrWhiteSpace(line) && line[0] != '#' && rules.Add(line, number) is { } problem)
                    broken.Add((number, problem));
            }
            rules.Finish();
            return new DenylistFile(path, rules, broken, file.Position, sha256.Hash!);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}:{number + 1}: {e.Message}", e);
        }
    }

    /// <summary>Whether the other one is this with lines added at its end, so that nothing of this is lost with lines that are broken there.</summary>
    public bool IsBeginningOf(DenylistFile other)
    {
        if (other.Length < Length)
            return false;
        using var file = Open(Path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        for (var left = Length; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
                return false;
            hash.AppendData(buffer, 0, read);
            left -= read;
        }
        return hash.GetHashAndReset().AsSpan().SequenceEqual(Hash);
    }

    /// <returns>The header, and how many lines it takes; without its end within the first mebibyte there is none.</returns>
    private static (DenylistHeader Header, int Lines) ReadHeader(string path, ref int number)
    {
        using var file = Open(path);
        var (yaml, lines) = (new StringBuilder(), 0);
        foreach (var line in DenylistLines.Of(file))
        {
            lines++;
            if (line == HeaderEnd)
                return (DenylistHeader.Parse(yaml.ToString()), lines);
            yaml.Append(line).Append('\n');
            if (yaml.Length > DenylistHeader.MaxBytes)
                break;
            number = lines;
        }
        number = 0;
        return (new DenylistHeader(), 0);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
