using System.Runtime.InteropServices;
using System.Text;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>What a path is, without opening it: opening a FIFO would wait for a writer for ever.</summary>
enum FileKind
{
    Regular,
    Folder,
    Link,
    Special,

    /// <summary>Listed by its folder, not found by its name.</summary>
    Missing,
}

static class FileKinds
{
    const int AtFdCwd = -100;
    const int NoFollow = 0x100;
    const uint WantType = 1;
    const int ModeOffset = 28;      // struct statx: the same on every architecture (statx(2))

    public static FileKind Of(string path, bool followLink = false)
    {
        var buffer = new byte[256];
        if (statx(AtFdCwd, Encoding.UTF8.GetBytes(path + "\0"), followLink ? 0 : NoFollow, WantType, buffer) != 0) return FileKind.Missing;
        return (BitConverter.ToUInt16(buffer, ModeOffset) & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            _ => FileKind.Special,
        };
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);
}
