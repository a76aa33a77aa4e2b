using System.Buffers;
using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>Writes a tar header by header, so that every field can be wrong.</summary>
public sealed class TarBuilder
{
    public const int Block = 512;

    private readonly ArrayBufferWriter<byte> _tar = new();

    public TarBuilder File(string name, ReadOnlySpan<byte> content) => Member(new TarMember(name), content);

    public TarBuilder File(string name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    public TarBuilder Folder(string name) => Member(new TarMember(name) { Type = '5' });

    public TarBuilder SymbolicLink(string name, string target) => Member(new TarMember(name) { Type = '2', LinkName = target });

    public TarBuilder HardLink(string name, string target) => Member(new TarMember(name) { Type = '1', LinkName = target });

    /// <summary>A file whose name stands in a PAX header before it.</summary>
    public TarBuilder PaxFile(string name, ReadOnlySpan<byte> content) =>
        Member(new TarMember("pax") { Type = 'x' }, PaxRecord("path", name)).File("name-in-pax-header", content);

    /// <summary>A file whose name stands in a member of GNU's before it.</summary>
    public TarBuilder GnuFile(string name, ReadOnlySpan<byte> content) =>
        Member(new TarMember("././@LongLink") { Type = 'L', Magic = TarMember.Gnu }, Encoding.UTF8.GetBytes(name + "\0"))
            .Member(new TarMember(name[..Math.Min(name.Length, 100)]) { Magic = TarMember.Gnu }, content);

    public TarBuilder Member(TarMember member, ReadOnlySpan<byte> content = default)
    {
        _tar.Write(member.Header(content.Length));
        return Raw(content).Pad();
    }

    public TarBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _tar.Write(bytes);
        return this;
    }

    /// <summary>The archive with the two empty blocks at its end.</summary>
    public byte[] ToArray() => [.. _tar.WrittenSpan, .. new byte[2 * Block]];

    public byte[] WithoutEnd() => _tar.WrittenSpan.ToArray();

    /// <summary>One record of a PAX header: its length, which counts itself, the key and the value.</summary>
    public static byte[] PaxRecord(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount($" {key}={value}\n");
        var length = rest + 1;
        while ($"{length}".Length + rest != length)
            length++;
        return Encoding.UTF8.GetBytes($"{length} {key}={value}\n");
    }

    private TarBuilder Pad() => Raw(new byte[(Block - _tar.WrittenCount % Block) % Block]);
}
